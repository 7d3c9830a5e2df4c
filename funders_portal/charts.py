"""Tables drawn as Plotly figures."""

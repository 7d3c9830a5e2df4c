"""Tables drawn as Plotly figures. The table beside it is the source; a figure only repeats what it says."""

from funders_portal.charts.beside import beside
from funders_portal.charts.heatmap import heatmap
from funders_portal.charts.looks import exactly, parted, said, wrapped

__all__ = ["beside", "exactly", "heatmap", "parted", "said", "wrapped"]

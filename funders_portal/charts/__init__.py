"""Tables drawn as Plotly figures. The table beside it is the source; a figure only repeats what it says."""

from funders_portal.charts.bars import Mark, bars
from funders_portal.charts.beside import beside
from funders_portal.charts.heatmap import heatmap
from funders_portal.charts.lengths import lengths
from funders_portal.charts.looks import exactly, parted, said, wrapped
from funders_portal.charts.sankey import Way, sankey

__all__ = ["Mark", "Way", "bars", "beside", "exactly", "heatmap", "lengths", "parted", "said", "sankey", "wrapped"]

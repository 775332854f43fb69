"""What drawings of the older spelling answer when their parts are pressed."""

from vois import testing
from vois.svgBarChart import svgBarChart
from vois.svgGraph import svgGraph
from vois.svgRankChart import svgRankChart


def test_the_rank_chart_tells_name_value_and_position():
    seen = []
    chart = svgRankChart(
        names=[2019, 2020], values=[1, 2], on_change=seen.append, enabledeselect=True
    )
    testing.set_value(chart, "2019")
    testing.set_value(chart, "2019")
    assert seen == [(2020, 2, 2), (2019, 1, 1), None]


def test_a_graph_is_told_by_its_nodes():
    seen = []
    names, labels, colors = {7: "N7", 8: "N8"}, {7: "Node <7>", 8: "Node 8"}, {7: "red", 8: "blue"}
    places, values = {8: [1, 1], 7: [0, 0]}, {(7, 8): 42}
    chart = svgGraph(names, labels, colors, places, values, width="50vw", onclick=seen.append)
    first = chart.svg
    assert all(one in first for one in ("Value: 42", ">N7<", "Node &lt;7&gt;", 'fill="blue"'))
    testing.set_value(chart, "7")
    assert 'stroke="red"' in chart.svg
    testing.set_value(chart, "7")
    assert (seen, chart.svg) == ([7, -1], first)


def test_a_bar_can_be_seen_to_be_chosen():
    chart = svgBarChart(names=["a", "b"], values=[1, 2], showselection=True, selectcolor="#00ff00")
    assert "#00ff00" not in chart.svg
    testing.set_value(chart, "b")
    assert 'fill="#00ff00"' in chart.svg


def test_one_node_alone_stands_in_the_middle():
    chart = svgGraph({1: "a"}, {1: "a"}, {1: "red"}, {1: [3, 4]}, {}, heightpercent=50)
    assert 'cx="50.00" cy="25.00"' in chart.svg
    row = svgGraph(["a", "b"], ["a", "b"], ["red", "red"], [(0, 7), (1, 7)], [])
    assert row.svg.count('cy="50.00"') == 2

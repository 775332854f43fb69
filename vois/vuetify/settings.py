"""Colours of the older spelling: plain values, read when a widget is built.

Set them before or after the widgets are imported, never too late for the next
one that is built.
"""

dark_mode: bool = False
button_rounded: bool = True
color_first: str = "#f8bd1a"
color_second: str = "#efefef"
textcolor_dark: str = "white"
textcolor_notdark: str = "black"
tooltip_backcolor: str = "#999999"
dark_background: str = "#1e1e1e"
select_textcolor: str = textcolor_notdark
label_textcolor: str = select_textcolor
line_color: str = select_textcolor

"""Components of Vuetify 2 that ipyvuetify 3 no longer has, and what draws the same today."""

from __future__ import annotations

__all__ = ["GONE"]

GONE = {
    "Content": "Main",
    "ExpansionPanelContent": "ExpansionPanelText",
    "ExpansionPanelHeader": "ExpansionPanelTitle",
    "Flex": "Col",
    "ListItemAvatar": "Html",
    "ListItemContent": "Html",
    "ListItemGroup": "List",
    "ListItemIcon": "Html",
    "OverflowBtn": "Select",
    "SimpleCheckbox": "CheckboxBtn",
    "SimpleTable": "Table",
    "StepperContent": "StepperWindowItem",
    "StepperStep": "StepperItem",
    "Subheader": "ListSubheader",
    "TabItem": "TabsWindowItem",
    "TabsItems": "TabsWindow",
    "ToolbarItem": "ToolbarItems",
}

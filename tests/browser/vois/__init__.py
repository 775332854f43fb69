"""Dashboards made with vois, in the browser."""

"""The same dashboards, opened by VaaS and by its peers."""

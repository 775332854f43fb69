"""Tests that look at pages as viewers do; one browser serves them all."""

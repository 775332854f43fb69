"""Tests that look at pages as viewers do; one browser serves them all."""

import pytest

# Their asserts tell what they saw, as those in tests do.
pytest.register_assert_rewrite("tests.browser.service", "tests.browser.viewer")

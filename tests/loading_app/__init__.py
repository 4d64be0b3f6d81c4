"""An app of user models that no settings name: `tests/unit/test_loading.py` makes their tables."""

"""Mingxu 明许: patent open-licensing declarations, licenses as signed filings, registration documents."""

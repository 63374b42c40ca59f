"""What people ask on their first day, each answer in one place: on the page where it arises, and all of them
by person on one page.
"""

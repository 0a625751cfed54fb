"""The page that shows the description of the API to people, and lets them try it."""

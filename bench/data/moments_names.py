"""What the acts of `moments.py` are called, for those who only report them."""

PREDICATE = "predicate"
PAGE = "page as JSON"
BODY_NAMES = ("body, three fields", "body, seven fields", "28 bodies of seven fields")

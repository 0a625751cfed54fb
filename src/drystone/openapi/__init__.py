"""What an application says of itself: the OpenAPI document, and a page for every problem."""

"""`drystone explain`: what a request asks of the database, and what that costs."""

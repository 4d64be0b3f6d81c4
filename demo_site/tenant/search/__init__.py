"""The search engine behind GET /users: the part of Lucene's query syntax that is played here."""

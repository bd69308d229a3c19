"""A real django-helpdesk for tests: the settings of a small site, its addresses, a server, and people who use it."""

"""Every read of recordings for pages and sockets.

The tenant comes first: a query takes a project, or a run that `runs.queries.runs.run_of` found in a project.
"""

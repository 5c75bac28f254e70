"""Documents: what clients, accountants and finance read: PDF, HTML, workbooks, and where they are stored."""

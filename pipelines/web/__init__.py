"""The ground of every page of ours: layout by template and language, style and fonts, headers that defend a page, forms that are ours."""

"""A run as one page: a single HTML file that shows its training and a text of its model, without a server.

The file is opened from a disk, where browsers load no modules beside it. So `bundle.py` makes our modules part of the
file, `content.py` collects what it shows of the run, `page.py` puts both into the template, and `server.py` gives it to
visitors. Its own module, style sheet and template are in `playground/ui/widgets/one_page/`.
"""

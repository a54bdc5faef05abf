"""The dashboard at ``/``: a page that shows a cluster, live, and changes nothing.

Lives here: the page itself, as one HTML, one JavaScript and one CSS file without a build step;
handing it out (``page``); the lines it is fed with (``feed``); how things look at a glance
(``looks``). Must not live here: anything that writes, and anything that trusts a name or a text
of the cluster: all of it is shown as text. The page holds no secret; its token comes in the
fragment of the URL, which no browser sends, and goes back as a bearer header.
Models what kubernetes/dashboard shows.
"""

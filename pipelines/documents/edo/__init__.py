"""Files for electronic exchange with clients: УПД and CommerceML, and the archives that hold them."""

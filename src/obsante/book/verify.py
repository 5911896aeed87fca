def verify_site(folder): pass

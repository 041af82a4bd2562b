package pgcatalog

import "synapse/catalog"

// Extensions as PostgreSQL's views of its control files show them.

func init() {
	providers["pg_available_extensions"] = func(s *sheet) {
		for i := range catalog.AvailableExtensions {
			x := &catalog.AvailableExtensions[i]
			row := cells{"name": x.Name, "default_version": x.Version, "comment": x.Comment}
			if e := s.cat.Extension(x.Name); e != nil {
				row["installed_version"] = e.Version
			}
			s.add(row)
		}
	}
	providers["pg_available_extension_versions"] = func(s *sheet) {
		for i := range catalog.AvailableExtensions {
			x := &catalog.AvailableExtensions[i]
			e := s.cat.Extension(x.Name)
			row := cells{
				"name": x.Name, "version": x.Version, "installed": e != nil && e.Version == x.Version,
				"superuser": true, "trusted": x.Trusted, "relocatable": !x.Fixed, "comment": x.Comment,
			}
			if x.Fixed {
				row["schema"] = "pg_catalog"
			}
			s.add(row)
		}
	}
}

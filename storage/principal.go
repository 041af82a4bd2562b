package storage

import (
	"strings"

	"synapse/catalog/types"
)

// sees reports whether the principal is bound to a namespace: by its name, or by
// a prefix that ends in an asterisk ("team:support/*").
func (p *Principal) sees(ns types.Value) bool {
	if p.Namespaces == nil {
		return true
	}
	if ns.IsNull() {
		return false
	}
	for _, n := range p.Namespaces {
		if prefix, wild := strings.CutSuffix(n, "*"); wild && strings.HasPrefix(ns.Str(), prefix) || n == ns.Str() {
			return true
		}
	}
	return false
}

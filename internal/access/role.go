package access

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
)

// Role is a name that people can hold. The list is data: roles.yaml.
type Role struct {
	ID   string   `yaml:"id"`
	ZH   string   `yaml:"zh"`
	EN   string   `yaml:"en"`
	Kind RoleKind `yaml:"kind"`
	// ByOrg: an administrator of an organisation may give it within that organisation.
	ByOrg bool `yaml:"by_org"`
	// Code: holding it anywhere asks for a one-time code at sign-in.
	Code bool `yaml:"code"`
}

// RoleKind says whose role it is.
type RoleKind string

const (
	Desk         RoleKind = "desk"         // an authority's desk; a scheme may name it
	Organisation RoleKind = "organisation" // held within one organisation
	Person       RoleKind = "person"       // held by a person for themselves, such as an expert
	Node         RoleKind = "node"         // keeps this node
)

//go:embed roles.yaml
var rolesFile []byte

// roles is roles.yaml in the order of the file, read once.
var roles = mustReadRoles(rolesFile)

var roleID = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// mustReadRoles panics on a damaged file: it is embedded, so that is a mistake of the build.
func mustReadRoles(b []byte) []Role {
	var all []Role
	if err := yaml.UnmarshalWithOptions(b, &all, yaml.Strict()); err != nil {
		panic(fmt.Sprintf("access: roles.yaml: %v", err))
	}
	seen := map[string]bool{}
	for _, r := range all {
		known := r.Kind == Desk || r.Kind == Organisation || r.Kind == Person || r.Kind == Node
		if !roleID.MatchString(r.ID) || r.ZH == "" || r.EN == "" || !known || seen[r.ID] {
			panic(fmt.Sprintf("access: roles.yaml: role %q is damaged or stands twice", r.ID))
		}
		seen[r.ID] = true
	}
	return all
}

// Roles returns every role in the order of roles.yaml.
func Roles() []Role { return slices.Clone(roles) }

// RoleOf finds a role by its id.
func RoleOf(id string) (Role, bool) {
	i := slices.IndexFunc(roles, func(r Role) bool { return r.ID == id })
	if i < 0 {
		return Role{}, false
	}
	return roles[i], true
}

// IsDesk says whether a scheme may name id as a desk.
func IsDesk(id string) bool {
	r, ok := RoleOf(id)
	return ok && r.Kind == Desk
}

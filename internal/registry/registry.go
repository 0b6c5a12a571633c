package registry

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// Bounds of this room. None of them is a policy.
const (
	nameMax        = 200  // characters of a name
	textMax        = 300  // characters of a source, a basis, an issuer
	codeMax        = 100  // bytes of a code or of what is looked for
	statesMax      = 200  // statements about one thing that are looked at
	ownersMax      = 500  // relations of one organisation
	depthMax       = 32   // links of a chain of control
	visitsMax      = 2000 // organisations that one question about affiliation may look at
	labelsMax      = 500  // labels of one organisation
	mandatesMax    = 500
	membersMax     = 1000
	authoritiesMax = 20_000
	hitsMax        = 200 // found organisations that are counted, sorted and paged
	pageRows       = 50
	pageRowsMax    = 200
	pageMax        = 1_000_000
	termsMax       = 5 // words of one search
	eachMax        = 5000
)

// localStart begins the id of what has no credit code, such as a team that is not incorporated.
const localStart = "local:"

// Config joins the room to the rooms below it.
type Config struct {
	DB       *db.DB
	Access   *access.Service
	Regions  *unit.Regions
	Calendar unit.Calendar

	// Self is the region code of this node. "" says that every organisation is answered for here.
	Self string
	// IdentityKey keys the digests by which one person is recognised in two firms; it does not stand in the database.
	// Without it identity numbers are refused.
	IdentityKey []byte
	// Revoked is told, in the act, of a label that was taken back; nil: nobody.
	Revoked func(ctx context.Context, tx *db.Tx, l Label) error
	// Lost is told, in the act, of a label that an organisation holds no longer because it was taken back here; nil: nobody.
	Lost func(ctx context.Context, tx *db.Tx, l Label) error
	// LostAbroad is told, in the act, of a label that another jurisdiction took back, as its log says; nil: nobody.
	LostAbroad func(ctx context.Context, tx *db.Tx, l LabelAbroad) error
	// Notices tells officers and organisations of labels that are entered and revoked outside a case; nil: nobody is told.
	Notices *notice.Service
}

// Registry keeps one node's organisations. It is safe for concurrent use.
type Registry struct {
	c      Config
	known  int64 // statements entered later are not seen; microseconds
	rarity *rarity
}

// New makes the registry; it connects to nothing.
func New(c Config) (*Registry, error) {
	if c.DB == nil || c.Access == nil || c.Regions == nil {
		return nil, fmt.Errorf("registry: a database, access and regions are needed")
	}
	return &Registry{c, math.MaxInt64, &rarity{known: map[string]int{}}}, nil
}

// AsKnown answers as the registry stood at a time: statements entered after it are not seen. It is for reading.
func (r *Registry) AsKnown(at time.Time) *Registry { return &Registry{r.c, db.Micros(at), r.rarity} }

// Today is the day of an act.
func (r *Registry) Today(tx *db.Tx) unit.Day {
	return unit.DayOf(tx.Now(), r.c.Calendar.Location())
}

// mayEdit asks for the permission over a region, as an officer. The node itself may always.
func mayEdit(who access.Actor, region unit.Region) (mandate string, err error) {
	if who.System() {
		return "", nil
	}
	return access.Mandate(who, access.RegistryEdit, access.Scope{Region: region})
}

// mayDeclare asks for the permission as an officer over the region or for the organisation itself; itself says that
// only the latter holds.
func mayDeclare(who access.Actor, region unit.Region, org string) (mandate string, itself bool, err error) {
	if mandate, err = mayEdit(who, region); err == nil {
		return mandate, false, nil
	}
	mandate, err = access.Mandate(who, access.RegistryEdit, access.Scope{Org: org})
	return mandate, true, err
}

// Declared is the source of what an organisation says of itself.
func Declared(code string) string { return "declared:" + code }

// checkText refuses a text that is missing or too long, naming the field.
func checkText(field, s string, needed bool) error {
	if needed && strings.TrimSpace(s) == "" || len([]rune(s)) > textMax {
		return fault.New(fault.Invalid, "registry.text", "field", field, "most", textMax).On(field)
	}
	return nil
}

// checkSpan refuses a validity that has no first day or ends before it begins.
func checkSpan(since, until unit.Day) error {
	if !since.Valid() || until.Valid() && until < since {
		return fault.New(fault.Invalid, "registry.span", "since", since, "until", until).On("since")
	}
	return nil
}

// CheckCode reads the code of an organisation: a unified social credit code with its check digit, or local:… for what
// has none.
func CheckCode(s string) (string, error) {
	if rest, local := strings.CutPrefix(s, localStart); local {
		if strings.TrimSpace(rest) != rest || rest == "" || len(s) > codeMax || strings.ContainsAny(rest, "|\n\r\t") {
			return "", fault.New(fault.Invalid, "registry.local_id").On("code")
		}
		return s, nil
	}
	code, err := unit.ParseUSCC(s)
	if err != nil {
		return "", fault.Of(err).On("code")
	}
	return string(code), nil
}

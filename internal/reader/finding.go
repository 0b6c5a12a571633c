package reader

import (
	"encoding/json"
	"time"

	"corridor/internal/reader/extract"
	"corridor/internal/unit"
)

// Kind is what a finding is.
type Kind string

const (
	Agreement    Kind = "agreement"
	Figure       Kind = "figure"
	Policy       Kind = "policy"
	Organisation Kind = "organisation"
	Person       Kind = "person"
	Place        Kind = "place"
)

// Kinds lists them in the order in which pages show them.
var Kinds = []Kind{Agreement, Figure, Policy, Organisation, Person, Place}

// State of a finding.
type State string

const (
	Waiting  State = "waiting"
	Accepted State = "accepted"
	Rejected State = "rejected"
)

// Said is the content of a finding. Which fields are set follows from its kind.
type Said struct {
	Agreement *extract.Agreement `json:"agreement,omitempty"`
	Figure    *extract.Figure    `json:"figure,omitempty"`
	Name      string             `json:"name,omitempty"`   // of a policy, organisation, person or place
	Role      string             `json:"role,omitempty"`   // of a person
	Code      string             `json:"code,omitempty"`   // of a place, GB/T 2260
	Others    []string           `json:"others,omitempty"` // further names that the text uses for it
	Issuer    string             `json:"issuer,omitempty"` // of a policy
	Date      string             `json:"date,omitempty"`   // of a policy, as far as it is said
}

// Finding is one thing that a document says, with the bytes where it stands. Its content is what a person made of it;
// Read is then what was read.
type Finding struct {
	Document unit.ID
	No       int // from 1, in the order of the text
	Article  int // from 0
	Kind     Kind
	From, To int // bytes of the document's text, end exclusive
	Quote    string
	Sentence string // around the quote
	State    State
	Reason   string // why it was rejected, or corrected
	By       string
	At       time.Time
	Became   string // path of what it became: /agreements/ID, /figures/ID
	Said
	Read *Said // as it was read, where a person corrected it; nil for as it stands
}

// stored is what is kept of a finding besides its place, as JSON.
type stored struct {
	Sentence string `json:"sentence"`
	Said
}

func (f Finding) stored() (string, error) {
	said := f.Said
	if f.Read != nil {
		said = *f.Read
	}
	b, err := json.Marshal(stored{f.Sentence, said})
	return string(b), err
}

// correction is the content after a correction as JSON, "" for as it was read.
func (f Finding) correction() (string, error) {
	if f.Read == nil {
		return "", nil
	}
	b, err := json.Marshal(f.Said)
	return string(b), err
}

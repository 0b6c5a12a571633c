package federation

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/gowebpki/jcs"

	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// A disclosure is what an organisation agreed to show to some others until a day: facts that its node keeps of it. As with a person's
// certificate the leaf in the log holds the last day and a salted commitment, and the facts are in the file alone, with the salt. Who
// takes its consent back has the leaf withdrawn, which every follower of the log sees.

// DisclosureKind is the kind of the leaves by which disclosures are signed.
const DisclosureKind = "firm.disclosure"

const (
	disclosureVersion = 1
	disclosureSalt    = 32 // bytes
)

// Disclosure is what was shown; its canonical JSON is what the commitment is made of.
type Disclosure struct {
	V     int         `json:"v"`
	Node  string      `json:"node"` // region code of the node that vouches for the facts
	Org   string      `json:"org"`  // whose facts they are
	Name  fault.Words `json:"name"`
	Case  string      `json:"case"` // number of the case for which it was made
	Title fault.Words `json:"title"`
	For   []string    `json:"for"` // organisations that are asked in that case, by code
	Made  unit.Day    `json:"made"`
	Until unit.Day    `json:"until"` // the last day on which it is shown
	Facts Facts       `json:"facts"`
}

// Facts are what the node keeps of an organisation and shows with its consent.
type Facts struct {
	Labels    []FactLabel    `json:"labels"`
	Paid      []FactPaid     `json:"paid"`
	Contracts []FactContract `json:"contracts"`
}

// FactLabel is a label in force.
type FactLabel struct {
	Label  string      `json:"label"`
	Title  fault.Words `json:"title"`
	Level  string      `json:"level"`
	Issuer string      `json:"issuer"`
	Since  unit.Day    `json:"since"`
	Until  unit.Day    `json:"until"` // last day; no day is without end
}

// FactPaid is a case for which public money was paid.
type FactPaid struct {
	Case  string      `json:"case"`
	Title fault.Words `json:"title"`
	Stage fault.Words `json:"stage"` // where the case stands
	Sum   int64       `json:"sum_fen"`
	On    unit.Day    `json:"on"` // of the last payment
}

// FactContract is a contract that stands.
type FactContract struct {
	Case  string      `json:"case"`
	Title fault.Words `json:"title"`
	Stage fault.Words `json:"stage"`
	With  string      `json:"with"` // the other party by code; "" where none is named
	Name  fault.Words `json:"with_name"`
	Sum   int64       `json:"sum_fen"` // 0 where none is kept
	Since unit.Day    `json:"since"`   // when it came to stand so
}

// Paid and Contract sums as money.
func (f FactPaid) Fen() unit.Fen     { return unit.Fen(f.Sum) }
func (f FactContract) Fen() unit.Fen { return unit.Fen(f.Sum) }

// Digest names exactly these facts: it is what an organisation agrees to.
func (f Facts) Digest() (string, error) {
	b, err := canonicalJSON(f)
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:]), err
}

// Sealed is a disclosure as it is kept and signed.
type Sealed struct {
	Text       []byte // canonical JSON
	Salt       []byte
	Commitment string // of both; it stands in the leaf
}

// Seal writes a disclosure down, with a new salt.
func (d Disclosure) Seal() (s Sealed, err error) {
	d.V = disclosureVersion
	s.Salt = make([]byte, disclosureSalt)
	rand.Read(s.Salt)
	if s.Text, err = canonicalJSON(d); err != nil {
		return s, err
	}
	s.Commitment = commitment("disclosure", s.Salt, s.Text)
	return s, nil
}

// Leaf is what becomes public of a disclosure: that there is one, until when, and the commitment.
func (s Sealed) Leaf(day, until unit.Day, object string) corridorlog.Leaf {
	return corridorlog.Leaf{Kind: DisclosureKind, Day: day, Object: object, Fields: map[string]any{"facts": s.Commitment, "until": until.String()}}
}

// ReadDisclosure reads the text of one.
func ReadDisclosure(text []byte) (d Disclosure, err error) { return d, json.Unmarshal(text, &d) }

func canonicalJSON(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(b)
}

// DisclosureFile is a disclosure as one file that anybody checks offline, from the receipt of its leaf. The caller has asked who may
// have it.
func (s *Service) DisclosureFile(ctx context.Context, text, salt, receipt []byte) ([]byte, error) {
	return s.fileWith(ctx, besideIn{"facts", text, salt}, receipt)
}

// readDisclosed reads a leaf with the facts of a file. part is what is false, "" is nothing.
func readDisclosed(fields []byte, in besideIn) (d Disclosure, part string) {
	var f struct {
		Facts string   `json:"facts"`
		Until unit.Day `json:"until"`
	}
	if json.Unmarshal(fields, &f) != nil || f.Facts == "" || !f.Until.Valid() {
		return d, "leaf"
	}
	if in.word != "facts" || len(in.salt) != disclosureSalt || commitment("disclosure", in.salt, in.text) != f.Facts {
		return d, "facts"
	}
	if json.Unmarshal(in.text, &d) != nil || d.V != disclosureVersion || d.Org == "" || d.Until != f.Until {
		return d, "facts"
	}
	return d, ""
}

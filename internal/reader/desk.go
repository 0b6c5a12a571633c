package reader

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/reader/extract"
	"corridor/internal/unit"
)

const (
	documentPage = 50
	findsMax     = 5000 // of one document
	reasonMax    = 500  // runes
	titleMax     = 200
)

// Document is one published document in the review queue.
type Document struct {
	ID       unit.ID
	Digest   string // SHA-256 of the original bytes
	Name     string // of the file
	Title    string // of its first article, else the name
	By       string
	At       time.Time
	Warnings []string
	Repairs  []extract.Repair
	Noise    []extract.Noise
	Encoding string // of the text that the spans point into
	Open     int    // findings that wait
	Total    int    // findings
}

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

// State of a finding.
type State string

const (
	Waiting  State = "waiting"
	Accepted State = "accepted"
	Rejected State = "rejected"
)

// Finding is one thing that a document says, with the bytes where it stands.
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

	Agreement *extract.Agreement `json:",omitempty"`
	Figure    *extract.Figure    `json:",omitempty"`
	Name      string             // of a policy, organisation, person or place
	Role      string             // of a person
}

// Agreements takes an accepted agreement into the register, in the act of the acceptance. It answers with
// the path of what stands there, may be called twice for one finding, and refuses with a fault.
type Agreements interface {
	EnterFound(ctx context.Context, tx *db.Tx, who access.Actor, d Document, f Finding) (path string, err error)
}

// Figures puts an accepted figure beside an indicator, in the act of the acceptance, under the same terms.
type Figures interface {
	ReportFound(ctx context.Context, tx *db.Tx, who access.Actor, d Document, f Finding, indicator string) (path string, err error)
}

// Extractor reads the documents that strangers upload. It refuses with the codes reader.*, may be called concurrently,
// and survives whatever the bytes do to its parsers: package child reads in a process of its own.
type Extractor interface {
	Read(ctx context.Context, name string, content []byte, opt extract.Options) (*extract.Document, error)
}

// here reads in this process, for which reason it refuses PDF and DOCX.
type here struct{}

func (here) Read(_ context.Context, name string, content []byte, opt extract.Options) (*extract.Document, error) {
	opt.Packed = false
	return extract.Read(name, content, opt)
}

// Config joins the desk to the rooms it needs.
type Config struct {
	Extract    Extractor // nil: in this process, without PDF and DOCX
	DB         *db.DB
	Files      *files.Store
	Access     *access.Service
	Agreements Agreements
	Figures    Figures
}

// Desk is the review queue. It is safe for concurrent use.
type Desk struct{ c Config }

// New makes the desk.
func New(c Config) *Desk {
	if c.Extract == nil {
		c.Extract = here{}
	}
	return &Desk{c: c}
}

// Take reads a document and puts its findings into the queue. The same bytes are one document: taken again,
// they answer with the one that stands there. A document that cannot be read is refused and nothing is kept.
func (k *Desk) Take(ctx context.Context, who access.Actor, name string, content []byte) (Document, error) {
	read, err := k.c.Extract.Read(ctx, name, content, extract.Options{MaxBytes: files.BytesMax})
	if err != nil {
		return Document{}, err
	}
	file, err := k.c.Files.Put(ctx, name, strings.NewReader(string(content)))
	if err != nil {
		return Document{}, err
	}
	finds := findings(read, spansInto(read, content))
	if len(finds) > findsMax {
		return Document{}, fault.New(fault.TooLarge, "reader.too_many_findings", "most", findsMax)
	}
	var d Document
	err = k.c.DB.Act(ctx, func(tx *db.Tx) error {
		old, err := selectByDigest(ctx, tx, string(file.Digest))
		if err != nil || old != "" {
			d.ID = old
			return err
		}
		d = Document{ID: unit.NewID(tx.Now()), Digest: string(file.Digest), Name: file.Name, Title: title(read, file.Name),
			By: who.Name, At: tx.Now(), Warnings: read.Warnings, Repairs: read.Repairs, Noise: read.Noise, Encoding: read.Encoding,
			Open: len(finds), Total: len(finds)}
		if err := insertDocument(ctx, tx, d, read.Text); err != nil {
			return fmt.Errorf("document %s: %w", d.Name, err)
		}
		for _, f := range finds {
			f.Document = d.ID
			if err := insertFinding(ctx, tx, f); err != nil {
				return fmt.Errorf("finding %d of %s: %w", f.No, d.Name, err)
			}
		}
		return k.c.Access.Record(ctx, tx, who, access.Entry{Act: "document.take", Object: "document/" + string(d.ID), Detail: d.Digest})
	})
	if err != nil {
		return Document{}, err
	}
	d, _, _, err = k.Get(ctx, d.ID)
	return d, err
}

// spansInto is what the spans of a document point into: its own bytes, or the text that was drawn from it.
func spansInto(read *extract.Document, content []byte) []byte {
	if read.Text != "" {
		return []byte(read.Text)
	}
	return content
}

func title(read *extract.Document, name string) string {
	for _, a := range read.Articles {
		if t := []rune(strings.TrimSpace(a.Title)); len(t) > 0 {
			return string(t[:min(len(t), titleMax)])
		}
	}
	return name
}

// Documents lists the queue, newest first, one page counted from 1.
func (k *Desk) Documents(ctx context.Context, page int) (all []Document, total int, err error) {
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, total, err = selectDocuments(ctx, tx, (max(page, 1)-1)*documentPage)
		return err
	})
	return all, total, err
}

// Get returns a document, its findings in the order of the text, and the text that their spans point into:
// the original bytes, or the text drawn from a PDF or DOCX.
func (k *Desk) Get(ctx context.Context, id unit.ID) (d Document, finds []Finding, text string, err error) {
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		if d, text, err = selectDocument(ctx, tx, id); err != nil {
			return err
		}
		finds, err = selectFindings(ctx, tx, id)
		return err
	})
	if err != nil || text != "" {
		return d, finds, text, err
	}
	_, content, err := k.c.Files.Get(ctx, files.Digest(d.Digest))
	return d, finds, string(content), err
}

// Decision is what a person says of a finding.
type Decision struct {
	Accept    bool
	Reason    string // needed to reject
	Indicator string // for a figure: the indicator that it reports; "" only keeps it as accepted
}

// Decide accepts or rejects one finding. A finding is decided once.
func (k *Desk) Decide(ctx context.Context, who access.Actor, document unit.ID, no int, dec Decision) (f Finding, err error) {
	dec.Reason = strings.TrimSpace(dec.Reason)
	if !dec.Accept && dec.Reason == "" {
		return f, fault.New(fault.Invalid, "reader.reason_missing").On("reason")
	}
	if len([]rune(dec.Reason)) > reasonMax {
		return f, fault.New(fault.Invalid, "reader.reason_long", "most", reasonMax).On("reason")
	}
	err = k.c.DB.Act(ctx, func(tx *db.Tx) error {
		d, _, err := selectDocument(ctx, tx, document)
		if err != nil {
			return err
		}
		if f, err = selectFinding(ctx, tx, document, no); err != nil {
			return err
		}
		if f.State != Waiting {
			return fault.New(fault.Conflict, "reader.decided", "by", f.By)
		}
		f.State, f.Reason, f.By, f.At = Rejected, dec.Reason, who.Name, tx.Now()
		if dec.Accept {
			f.State = Accepted
			if f.Became, err = k.become(ctx, tx, who, d, f, dec.Indicator); err != nil {
				return err
			}
		}
		if err := updateFinding(ctx, tx, f); err != nil {
			return fmt.Errorf("decide finding %d of %s: %w", no, document, err)
		}
		return k.c.Access.Record(ctx, tx, who, access.Entry{Act: "document." + string(f.State),
			Object: fmt.Sprintf("document/%s/%d", document, no), Detail: dec.Reason})
	})
	return f, err
}

// become hands an accepted finding to the room that owns such things.
func (k *Desk) become(ctx context.Context, tx *db.Tx, who access.Actor, d Document, f Finding, indicator string) (string, error) {
	switch {
	case f.Kind == Agreement:
		return k.c.Agreements.EnterFound(ctx, tx, who, d, f)
	case f.Kind == Figure && indicator != "":
		return k.c.Figures.ReportFound(ctx, tx, who, d, f, indicator)
	}
	return "", nil
}

// data is what a finding keeps besides its place, as JSON.
type data struct {
	Sentence  string             `json:"sentence"`
	Agreement *extract.Agreement `json:"agreement,omitempty"`
	Figure    *extract.Figure    `json:"figure,omitempty"`
	Name      string             `json:"name,omitempty"`
	Role      string             `json:"role,omitempty"`
}

func (f Finding) data() (string, error) {
	b, err := json.Marshal(data{f.Sentence, f.Agreement, f.Figure, f.Name, f.Role})
	return string(b), err
}

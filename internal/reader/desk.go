package reader

import (
	"context"
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
	documentsMax = 10_000 // in one list, counted
	findsMax     = 5000   // of one document
	stepsMax     = 5000   // of one document
	reasonMax    = 500    // runes
	titleMax     = 200
)

// Document is one published document in the review queue.
type Document struct {
	ID          unit.ID
	Digest      string // SHA-256 of the original bytes
	Name        string // of the file
	Title       string // of its first article, else the name
	By          string
	At          time.Time
	Articles    []ArticleHead
	Warnings    []string
	Repairs     []extract.Repair
	Mends       []extract.Mend // their places, as far as the reader tells them; nil for a document taken before it did
	Noise       []extract.Noise
	Encoding    string // of the text that the spans point into
	Format      extract.Format
	PublishedBy string // who lets everybody see its accepted facts; "" for nobody
	Open        int    // findings that wait
	Total       int    // findings
}

// Agreements takes an accepted agreement into the register, in the act of the acceptance. It answers with
// the path of what stands there, may be called twice for one finding, and refuses with a fault.
type Agreements interface {
	EnterFound(ctx context.Context, tx *db.Tx, who access.Actor, d Document, f Finding) (path string, err error)
}

// Figures puts an accepted figure beside an indicator, in the act of the acceptance, under the same terms; and takes it
// away again in the act of an undoing.
type Figures interface {
	ReportFound(ctx context.Context, tx *db.Tx, who access.Actor, d Document, f Finding, indicator string) (path string, err error)
	WithdrawFound(ctx context.Context, tx *db.Tx, who access.Actor, d Document, f Finding) error
}

// Registry says which registered organisations a name may mean, the best first, and what a code is called; fault.NotFound
// for a code that nobody has.
type Registry interface {
	Like(ctx context.Context, tx *db.Tx, name string) ([]Registered, error)
	Called(ctx context.Context, tx *db.Tx, code string) (fault.Words, error)
}

// Registered is an organisation of the registry.
type Registered struct {
	Code string
	Name fault.Words
	Same bool // the name is one of its names, whole
}

// Extractor reads the documents that strangers upload. It refuses with the codes reader.*, may be called concurrently,
// and survives whatever the bytes do to its parsers: package child reads in a process of its own.
type Extractor interface {
	Read(ctx context.Context, name string, content []byte, opt extract.Options) (*extract.Document, error)
	Look(ctx context.Context, name string, content []byte, opt extract.Options) (*extract.Sight, error)
}

// here reads in this process, for which reason it refuses PDF and DOCX.
type here struct{}

func (here) Read(_ context.Context, name string, content []byte, opt extract.Options) (*extract.Document, error) {
	opt.Packed = false
	return extract.Read(name, content, opt)
}

func (here) Look(_ context.Context, name string, content []byte, opt extract.Options) (*extract.Sight, error) {
	opt.Packed = false
	return extract.Look(name, content, opt)
}

// Config joins the desk to the rooms it needs.
type Config struct {
	Extract    Extractor // nil: in this process, without PDF and DOCX
	DB         *db.DB
	Files      *files.Store
	Access     *access.Service
	Agreements Agreements
	Figures    Figures
	Registry   Registry // nil: nothing is linked to a registry
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

// Look is what is shown of a file to a person who looks at it, read where documents of strangers are read. It keeps nothing and
// asks for no right: the room whose file it is has done so. It refuses with the codes reader.*.
func (k *Desk) Look(ctx context.Context, name string, content []byte) (*extract.Sight, error) {
	return k.c.Extract.Look(ctx, name, content, extract.Options{MaxBytes: files.BytesMax})
}

// extract reads a document. One that a program has rewritten is read again beside its clean telling, where that is known.
func (k *Desk) extract(ctx context.Context, name string, content []byte) (*extract.Document, error) {
	opt := extract.Options{MaxBytes: files.BytesMax}
	read, err := k.c.Extract.Read(ctx, name, content, opt)
	if err != nil || !read.Spun() {
		return read, err
	}
	if opt.Twin, err = k.twin(ctx, read); err != nil || opt.Twin == nil {
		return read, err
	}
	return k.c.Extract.Read(ctx, name, content, opt)
}

// Take reads a document and puts its findings into the queue. The same bytes are one document: taken again,
// they answer with the one that stands there. A document that cannot be read is refused and nothing is kept.
func (k *Desk) Take(ctx context.Context, who access.Actor, name string, content []byte) (Document, error) {
	read, err := k.extract(ctx, name, content)
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
	isNew := false
	err = k.c.DB.Act(ctx, func(tx *db.Tx) error {
		old, err := selectByDigest(ctx, tx, string(file.Digest))
		if err != nil || old != "" {
			d.ID, isNew = old, false
			return err
		}
		isNew = true
		d = Document{ID: unit.NewID(tx.Now()), Digest: string(file.Digest), Name: file.Name, Title: title(read, file.Name),
			By: who.Name, At: tx.Now(), Articles: heads(read), Warnings: read.Warnings, Repairs: read.Repairs, Mends: read.Mends, Noise: read.Noise,
			Encoding: read.Encoding, Format: read.Format, Open: len(finds), Total: len(finds)}
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
	if isNew {
		if err := k.index(ctx, d.ID, read); err != nil {
			return Document{}, err // the document stands; Index goes on with it
		}
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

// Get returns a document, its findings in the order of the text, and the text that their spans point into:
// the original bytes, or the text drawn from a PDF or DOCX.
func (k *Desk) Get(ctx context.Context, id unit.ID) (d Document, finds []Finding, text string, err error) {
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		if d, err = selectDocument(ctx, tx, id); err != nil {
			return err
		}
		if text, err = selectText(ctx, tx, id); err != nil {
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

// Order is how documents are listed.
type Order string

const (
	Newest  Order = ""
	Oldest  Order = "oldest"
	ByTitle Order = "title"
)

// Query says which documents to list; the zero Query is all of them, newest first.
type Query struct {
	Text  string // in the title or the name of the file
	State string // "open": something waits; "done": nothing waits; "public": published; "" all
	Order Order
	Page  int // from 1
}

// Documents lists documents, one page, and counts them, up to documentsMax.
func (k *Desk) Documents(ctx context.Context, q Query) (all []Document, total int, err error) {
	if len(q.Text) > titleMax {
		return nil, 0, fault.New(fault.Invalid, "reader.query_long", "most", titleMax).On("q")
	}
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, total, err = selectDocuments(ctx, tx, q)
		return err
	})
	return all, total, err
}

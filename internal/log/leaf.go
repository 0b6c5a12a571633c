package log

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gowebpki/jcs"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	leafBytesMax   = 60_000 // an entry bundle writes a leaf's length in 16 bits
	recordBytesMax = 60_000
	kindBytesMax   = 64
	objectBytesMax = 200
	saltBytes      = 32
	leafVersion    = 1
	exactMax       = 1<<53 - 1 // the largest integer that every JSON reader keeps
)

// algorithm is how digests in leaves and receipts name theirs.
const algorithm = "sha256:"

// leafJSON is the layout of a leaf's bytes, for reading. compose writes it.
type leafJSON struct {
	V          int             `json:"v"`
	Kind       string          `json:"kind"`
	Day        unit.Day        `json:"day"`
	Fields     json.RawMessage `json:"fields"`
	Commitment string          `json:"commitment"`
	Record     string          `json:"record"`
}

// compose writes a leaf in canonical form: the names in order, no space, fields already canonical.
func compose(kind string, day unit.Day, fields []byte, commitment, record string) []byte {
	b := make([]byte, 0, 192+len(fields))
	b = append(b, `{"commitment":"`...)
	b = append(b, commitment...)
	b = append(b, `","day":"`...)
	b = append(b, day.String()...)
	b = append(b, `","fields":`...)
	b = append(b, fields...)
	b = append(b, `,"kind":"`...)
	b = append(b, kind...)
	if record != "" {
		b = append(b, `","record":"`...)
		b = append(b, record...)
	}
	b = append(b, `","v":`...)
	b = strconv.AppendInt(b, leafVersion, 10)
	return append(b, '}')
}

// private is the record that a leaf's commitment stands for: which leaf of ours it is, when it was made, about what.
func private(id unit.ID, at time.Time, object string) []byte {
	return []byte(`{"at":"` + at.UTC().Format("2006-01-02T15:04:05.000000Z") + `","id":"` + string(id) + `","object":"` + object + `"}`)
}

// digest is the salted digest of a private or public record, naming its algorithm. The salt has a fixed length.
func digest(what string, salt, record []byte) string {
	h := sha256.New()
	h.Write([]byte("corridor/" + what + "/1\n"))
	h.Write(salt)
	h.Write(record)
	return algorithm + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func commitment(salt []byte, id unit.ID, at time.Time, object string) string {
	return digest("commitment", salt, private(id, at, object))
}

// RecordDigest is the commitment in a leaf to the public record beside it.
func RecordDigest(salt, record []byte) string { return digest("record", salt, record) }

func newSalt() []byte {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails: crypto/rand ends the program instead
	return salt
}

// prepared is a leaf ready to be written.
type prepared struct {
	Entry
	record     []byte
	recordSalt []byte
}

// prepare makes the bytes of a leaf; it touches no database.
func prepare(leaf Leaf, now time.Time) (p prepared, err error) {
	if !kindFits(leaf.Kind) || !leaf.Day.Valid() {
		return p, fault.New(fault.Internal, "log.leaf", "kind", clip(leaf.Kind))
	}
	if !objectFits(leaf.Object) {
		return p, fault.New(fault.Internal, "log.object", "object", clip(leaf.Object))
	}
	if len(leaf.Record) > recordBytesMax {
		return p, fault.New(fault.TooLarge, "log.leaf_large", "bytes", len(leaf.Record), "max", recordBytesMax)
	}
	fields, err := canonical(leaf.Fields)
	if err != nil {
		return p, fmt.Errorf("fields of a leaf %s: %w", leaf.Kind, err)
	}
	p.Entry = Entry{Index: -1, ID: unit.NewID(now), At: now, Kind: leaf.Kind, Day: leaf.Day, Fields: fields, Object: leaf.Object, salt: newSalt()}
	record := ""
	if leaf.Record != nil {
		p.record, p.recordSalt = leaf.Record, newSalt()
		record = RecordDigest(p.recordSalt, p.record)
	}
	p.Leaf = compose(leaf.Kind, leaf.Day, fields, commitment(p.salt, p.ID, p.At, p.Object), record)
	if len(p.Leaf) > leafBytesMax {
		return p, fault.New(fault.TooLarge, "log.leaf_large", "bytes", len(p.Leaf), "max", leafBytesMax)
	}
	return p, nil
}

// Append makes a leaf public with the caller's act, and returns the id by which its receipt is asked for. The leaf has
// no number yet; the sequencer is told.
func (l *Log) Append(ctx context.Context, tx *db.Tx, leaf Leaf) (unit.ID, error) {
	if leaf.Kind == kindWithdrawn {
		return "", fault.New(fault.Internal, "log.leaf", "kind", leaf.Kind)
	}
	return l.append(ctx, tx, leaf)
}

func (l *Log) append(ctx context.Context, tx *db.Tx, leaf Leaf) (unit.ID, error) {
	p, err := prepare(leaf, tx.Now())
	if err != nil {
		return "", err
	}
	if err := insertPending(ctx, tx, p.Entry); err != nil {
		return "", fmt.Errorf("append a leaf %s: %w", leaf.Kind, err)
	}
	if p.record != nil {
		if err := insertRecord(ctx, tx, p.ID, p.record, p.recordSalt); err != nil {
			return "", fmt.Errorf("record of leaf %s: %w", p.ID, err)
		}
	}
	// The act is not committed yet; the sequencer's own act stands in line behind it. If this one is undone, the
	// sequencer finds nothing.
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return p.ID, nil
}

func kindFits(s string) bool {
	for _, r := range []byte(s) {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '.' && r != '-' {
			return false
		}
	}
	return s != "" && len(s) <= kindBytesMax
}

// objectFits keeps objects to what stands in JSON and in one line of a receipt without being escaped.
func objectFits(s string) bool {
	for _, r := range s {
		if r == '"' || r == '\\' || r == utf8.RuneError || unicode.IsControl(r) {
			return false
		}
	}
	return len(s) <= objectBytesMax && utf8.ValidString(s)
}

// canonical is RFC 8785, for values whose numbers are exact integers.
func canonical(fields map[string]any) ([]byte, error) {
	if len(fields) == 0 {
		return []byte("{}"), nil
	}
	b, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	if err := exactNumbers(b); err != nil {
		return nil, err
	}
	return jcs.Transform(b)
}

var errNumber = errors.New("a number is not an integer within ±(2^53-1)")

// exactNumbers refuses JSON with a number that a reader might round: RFC 8785 writes numbers as doubles.
func exactNumbers(b []byte) error {
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			for i++; b[i] != '"'; i++ { // json.Marshal wrote it: every text ends
				if b[i] == '\\' {
					i++
				}
			}
		case c == '-' || c >= '0' && c <= '9':
			from := i
			for i < len(b) && b[i] != ',' && b[i] != '}' && b[i] != ']' {
				i++
			}
			n, err := strconv.ParseInt(string(b[from:i]), 10, 64)
			if err != nil || n > exactMax || n < -exactMax {
				return errNumber
			}
			i--
		}
	}
	return nil
}

// readLeaf reads the bytes of a leaf.
func readLeaf(b []byte) (l leafJSON, err error) {
	if err := json.Unmarshal(b, &l); err != nil {
		return l, err
	}
	if l.V != leafVersion || l.Kind == "" || !l.Day.Valid() || len(l.Fields) == 0 || l.Fields[0] != '{' || l.Commitment == "" {
		return l, errors.New("the leaf lacks its version, kind, day, fields or commitment")
	}
	return l, nil
}

// ReadLeaf reads the public part of a leaf's bytes, of this log or of another of the same form.
func ReadLeaf(b []byte) (kind string, day unit.Day, fields json.RawMessage, err error) {
	l, err := readLeaf(b)
	if err != nil {
		return "", 0, nil, fault.New(fault.Invalid, "log.leaf_form").Because(err).On("leaf")
	}
	return l.Kind, l.Day, l.Fields, nil
}

package find

import (
	"encoding/binary"
	"math"
	"strings"
	"time"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Listing is what the index is told of one listing.
type Listing struct {
	ID      unit.ID
	Version int64  // of the row, for the audit; at most 2³²-1
	Texts   []Text // what is looked into
	// Codes are the values of the facets of Config. A facet that is not Many takes the first.
	Codes map[string][]string
	Price unit.Fen // the lowest that a firm pays; NoPrice where none is known
	// Less is by how much less those pay who pay a lower price. Prices are compared within one code of Config.Unit only.
	Less unit.Fen
	Free time.Time // the next free slot, to the minute; zero where none is known
	Made time.Time // first published
}

// NoPrice is the price of a listing that names none.
const NoPrice unit.Fen = -1

// Text is one field's words with its weight, 1 to 16: how much more a word counts there than in a plain text.
type Text struct {
	Weight int
	Text   string
}

const (
	textBytesMax = 64 << 10 // of one listing; what is longer is not indexed
	weightMax    = 16
	codeBytesMax = 64
)

// row is a listing as columns keep it.
type row struct {
	id          id
	version     uint32
	price, free uint32
	reduced     uint32
	made        uint32
	one         []uint16
	many        [][]uint16
}

const none32 = math.MaxUint32 // price and free where nothing is known

// id is a unit.ID in 16 bytes, ordered alike.
type id [16]byte

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// packID reads a unit.ID; what is none is refused.
func packID(s unit.ID) (out id, err error) {
	s, err = unit.ParseID(string(s))
	if err != nil {
		return out, err
	}
	var high, low uint64
	for i := range len(s) {
		v := uint64(strings.IndexByte(crockford, s[i]))
		high = high<<5 | low>>59
		low = low<<5 | v
	}
	binary.BigEndian.PutUint64(out[:8], high)
	binary.BigEndian.PutUint64(out[8:], low)
	return out, nil
}

// unit is the ID as the rest of the house writes it.
func (d id) unit() unit.ID {
	high, low := binary.BigEndian.Uint64(d[:8]), binary.BigEndian.Uint64(d[8:])
	var out [26]byte
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = crockford[low&31]
		low = low>>5 | high<<59
		high >>= 5
	}
	return unit.ID(out[:])
}

// price32 keeps a price in yuan and fen up to 42 million yuan; what is dearer counts as that.
func price32(p unit.Fen) uint32 {
	if p < 0 {
		return none32
	}
	return uint32(min(int64(p), none32-1))
}

// minutes32 is a time in minutes since 1970, rounded up so that a slot is never told too early.
func minutes32(t time.Time) uint32 {
	if t.IsZero() || t.Unix() < 0 {
		return none32
	}
	return uint32(min((t.Unix()+59)/60, none32-1))
}

func seconds32(t time.Time) uint32 { return uint32(max(0, min(t.Unix(), none32))) }

// check refuses a listing that the index cannot keep.
func (l Listing) check() error {
	if l.Version < 0 || l.Version > math.MaxUint32 {
		return fault.New(fault.Invalid, "find.index_version", "listing", l.ID)
	}
	for _, t := range l.Texts {
		if t.Weight < 1 || t.Weight > weightMax {
			return fault.New(fault.Invalid, "find.index_weight", "listing", l.ID, "most", weightMax)
		}
	}
	return nil
}

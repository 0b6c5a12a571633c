package unit

import (
	"crypto/rand"
	"encoding/binary"
	"strings"
	"sync"
	"time"

	"corridor/internal/fault"
)

// ID names a record: 26 characters of Crockford's base 32, ordered as text in the order of making. It is a
// ULID with a finer clock: 64 bits of microseconds since 1970 (the first two of 130 bits are zero) and 64
// random ones, so that it cannot be guessed from its neighbour made in another microsecond.
type ID string

const (
	idLen      = 26
	idAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// burst keeps IDs of one microsecond in order: the random half counts on from the last one.
var burst struct {
	sync.Mutex
	micros, low uint64
}

// NewID makes the ID of a record made now. IDs made by one process are ordered by now, and those of one
// microsecond by the order of the calls, as long as the microsecond is the latest one asked for. A time
// before 1970 counts as 1970.
func NewID(now time.Time) ID {
	micros := uint64(max(now.UnixMicro(), 0))
	var b [8]byte
	rand.Read(b[:])                           // never fails: crypto/rand ends the program instead
	low := binary.BigEndian.Uint64(b[:]) >> 1 // the free top bit is room to count on

	burst.Lock()
	if micros == burst.micros {
		low = burst.low + 1 + low>>32 // a random step of at most 31 bits: still not to be guessed
	}
	burst.micros, burst.low = micros, low
	burst.Unlock()
	return packID(micros, low)
}

// packID writes 128 bits, the two leading bits of the first character zero.
func packID(high, low uint64) ID {
	var out [idLen]byte
	for i := idLen - 1; i >= 0; i-- {
		out[i] = idAlphabet[low&31]
		low = low>>5 | high<<59
		high >>= 5
	}
	return ID(out[:])
}

// ParseID reads an ID; lower case is raised. Letters that people mix up (I, L, O) are refused, not guessed.
func ParseID(s string) (ID, error) {
	bad := func() (ID, error) { return "", fault.New(fault.Invalid, "unit.id_form", "text", shown(s)) }
	if len(s) != idLen {
		return bad()
	}
	t := strings.ToUpper(s)
	if len(t) != idLen || t[0] > '7' { // 26 characters hold 130 bits, an ID has 128
		return bad()
	}
	for i := range len(t) {
		if strings.IndexByte(idAlphabet, t[i]) < 0 {
			return bad()
		}
	}
	return ID(t), nil
}

// Time is the microsecond of the making, in UTC; the zero time for no ID.
func (id ID) Time() time.Time {
	if len(id) != idLen {
		return time.Time{}
	}
	var high, low uint64
	for i := range idLen {
		v := strings.IndexByte(idAlphabet, id[i])
		if v < 0 {
			return time.Time{}
		}
		high = high<<5 | low>>59
		low = low<<5 | uint64(v)
	}
	return time.UnixMicro(int64(high)).UTC()
}

// UnmarshalText reads what ParseID reads; the empty text is no ID.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = ""
		return nil
	}
	v, err := ParseID(string(b))
	if err == nil {
		*id = v
	}
	return err
}

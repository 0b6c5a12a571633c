package find

import "encoding/binary"

// A list of postings is the count, then for each listing the distance from the one before and its impact. A distance
// under wide takes one byte, up to wider two, more three.
const (
	wide  = 0xE0
	wider = 0xFF
	far   = wide + (wider-wide)<<8
)

// list is a decoded list: rising places in a segment, and what the term says of each.
type list struct {
	at     []uint16
	impact []uint8
}

func (l *list) reset() { l.at, l.impact = l.at[:0], l.impact[:0] }

func (l *list) add(at uint16, impact uint8) {
	l.at = append(l.at, at)
	l.impact = append(l.impact, impact)
}

// encode appends a list to a blob.
func encode(blob []byte, l list) []byte {
	blob = binary.AppendUvarint(blob, uint64(len(l.at)))
	last := -1
	for i, at := range l.at {
		d := int(at) - last - 1
		switch {
		case d < wide:
			blob = append(blob, byte(d))
		case d < far:
			d -= wide
			blob = append(blob, byte(wide+d>>8), byte(d))
		default:
			blob = append(blob, wider, byte(d>>8), byte(d))
		}
		blob = append(blob, l.impact[i])
		last = int(at)
	}
	return blob
}

// count is the length of a list, without decoding it.
func count(blob []byte) int {
	n, _ := binary.Uvarint(blob)
	return int(n)
}

// decode reads a list into l, whose space is used again. The blob was checked when it came in (check, checksum).
func decode(blob []byte, l *list) {
	n64, p := binary.Uvarint(blob)
	n := int(n64)
	if cap(l.at) < n || cap(l.impact) < n { // appending lets them grow apart
		l.at, l.impact = make([]uint16, n, max(n, 1024)), make([]uint8, n, max(n, 1024))
	}
	l.at, l.impact = l.at[:n], l.impact[:n]
	places, impacts := l.at, l.impact[:len(l.at)]
	at := -1
	for i := range places {
		var d int
		d, p = gapAt(blob, p)
		at += d + 1
		places[i] = uint16(at)
		impacts[i] = blob[p]
		p++
	}
}

// gapAt is the gap that stands at a place of a list, and the place behind it. It is small enough to be inlined.
func gapAt(blob []byte, p int) (d, next int) {
	switch d = int(blob[p]); {
	case d < wide:
		return d, p + 1
	case d == wider:
		return int(blob[p+1])<<8 | int(blob[p+2]), p + 3
	}
	return wide + (d-wide)<<8 + int(blob[p+1]), p + 2
}

// meet keeps in a what a list of postings has too, with the weaker impact.
func meet(a *list, blob []byte) {
	n64, p := binary.Uvarint(blob)
	places, impacts := a.at, a.impact[:len(a.at)]
	kept, i, at := 0, 0, -1
	for range int(n64) {
		var d int
		d, p = gapAt(blob, p)
		at += d + 1
		impact := blob[p]
		p++
		for i < len(places) && int(places[i]) < at {
			i++
		}
		if i == len(places) {
			break
		}
		if int(places[i]) == at {
			places[kept], impacts[kept] = places[i], min(impacts[i], impact)
			kept++
			i++
		}
	}
	a.at, a.impact = places[:kept], impacts[:kept]
}

package db

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

const (
	answerFor      = 10 * time.Second // after which, or up to half of it before, an answer is asked anew, whatever is known: somebody may write beside this process
	answerBytesMax = 64 << 10         // bytes of one answer that is remembered
	answersHalf    = 6 << 20          // bytes of the answers since the older ones were moved aside, and of those moved aside
	answerOverhead = 160
	trialsMax      = 64 // answers of one question that are remembered before it has to show that it is asked again
	trialEvery     = 16 // then one of so many is, as long as too few are found
)

// answers are what readings have been told and tell each other: the rows of a question with its arguments. An answer is given again
// only to a reading that would be told the same by the database: see changes.
type answers struct {
	mu         sync.Mutex
	young, old map[string]*answer
	size       int // of the young ones
	found      atomic.Int64
}

// answer is what the database said.
type answer struct {
	seen   int64 // the count of changes before the snapshot that it comes from
	until  time.Time
	raw    kept // as PostgreSQL sent it, without its types, which belong to a connection
	plain  *plain
	size   int
	tables []*table
}

// plain are rows as the driver gave them.
type plain struct {
	columns []string
	rows    [][]any
}

// asking is a question of a reading whose answer may be remembered.
type asking struct {
	of   *answers
	q    *question
	key  string
	seen int64
}

// asks is a question as it can be remembered; nil where it cannot: in an act, which asks for what is true when it commits, and where
// nobody knows which tables the answer comes from.
func (tx *Tx) asks(query string, args []any) *asking {
	c, ok := tx.q.(*connection)
	if !ok || tx.bound != nil || tx.failed != nil || c.seen == 0 {
		return nil
	}
	q := tx.db.changes.question(query)
	if len(q.tables) == 0 {
		return nil
	}
	key, ok := q.key(args)
	if !ok {
		return nil
	}
	return &asking{&tx.db.answers, q, key, c.seen}
}

// key names a question with its arguments; false where an argument is of a type that only the driver knows how to send.
func (q *question) key(args []any) (string, bool) {
	b := make([]byte, 4, 64)
	binary.LittleEndian.PutUint32(b, uint32(q.id))
	for _, a := range args {
		switch a := a.(type) {
		case string:
			b = append(binary.AppendUvarint(append(b, 's'), uint64(len(a))), a...)
		case []byte:
			if a == nil {
				return "", false
			}
			b = append(binary.AppendUvarint(append(b, 'b'), uint64(len(a))), a...)
		case int64:
			b = binary.LittleEndian.AppendUint64(append(b, 'i'), uint64(a))
		case int:
			b = binary.LittleEndian.AppendUint64(append(b, 'i'), uint64(a))
		case bool:
			if b = append(b, 'f'); a {
				b[len(b)-1] = 't'
			}
		case float64:
			b = binary.LittleEndian.AppendUint64(append(b, 'd'), math.Float64bits(a))
		default:
			return "", false
		}
	}
	return string(b), true
}

// recall is what an earlier reading was told and this one would be told, too; nil where that is not sure.
func (a *asking) recall() *answer {
	if a == nil {
		return nil
	}
	a.of.mu.Lock()
	x := a.of.young[a.key]
	if x == nil {
		if x = a.of.old[a.key]; x != nil {
			a.of.put(a.key, x)
		}
	}
	a.of.mu.Unlock()
	if x == nil || newest(x.tables) >= min(x.seen, a.seen) || time.Now().After(x.until) {
		return nil
	}
	a.q.found.Add(1)
	a.of.found.Add(1)
	return x
}

// worth says whether an answer is worth to be kept: questions that are never asked again with the same arguments, as those that
// name the present time, would push out the others.
func (a *asking) worth() bool {
	if a == nil {
		return false
	}
	if a.q.kept.Load() < trialsMax || a.q.found.Load()*4 >= a.q.kept.Load() {
		return true
	}
	return a.q.passed.Add(1)%trialEvery == 0
}

// keep remembers an answer.
func (a *asking) keep(raw kept, p *plain, size int) {
	if size += answerOverhead + len(a.key); size > answerBytesMax || newest(a.q.tables) >= a.seen {
		return
	}
	raw.types = nil
	a.q.kept.Add(1)
	a.of.mu.Lock()
	defer a.of.mu.Unlock()
	// What was asked in one moment, as after a start, is not asked again in one moment.
	until := time.Now().Add(answerFor/2 + rand.N(answerFor/2))
	a.of.put(a.key, &answer{seen: a.seen, until: until, raw: raw, plain: p, size: size, tables: a.q.tables})
}

// put is called with mu held.
func (of *answers) put(key string, x *answer) {
	if of.young == nil || of.size+x.size > answersHalf {
		of.young, of.old, of.size = map[string]*answer{}, of.young, 0
	}
	if was := of.young[key]; was != nil {
		of.size -= was.size
	}
	of.young[key] = x
	of.size += x.size
}

// rows gives an answer to a reading, to be read like any other.
func (x *answer) rows(c *connection) *Rows {
	r := &Rows{kept: x.raw, plain: x.plain}
	r.types = c.types
	return r
}

// sizeOf is how many bytes kept rows take, about.
func (k *kept) sizeOf() (n int) {
	n = len(k.fields) * 64
	for _, row := range k.values {
		n += 24 + 24*len(row)
		for _, v := range row {
			n += len(v)
		}
	}
	return n
}

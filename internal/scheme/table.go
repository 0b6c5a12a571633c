package scheme

import "iter"

// Entries is one section of a pack: what is called by a name, in the order of the file.
type Entries[T any] struct {
	names []string
	by    map[string]T
}

func (e *Entries[T]) add(name string, t T) {
	if e.by == nil {
		e.by = map[string]T{}
	}
	if _, there := e.by[name]; !there {
		e.names = append(e.names, name)
	}
	e.by[name] = t
}

// Get returns what is called so.
func (e Entries[T]) Get(name string) (T, bool) {
	t, ok := e.by[name]
	return t, ok
}

// Has says whether anything is called so.
func (e Entries[T]) Has(name string) bool {
	_, ok := e.by[name]
	return ok
}

// Names returns the names in the order of the file.
func (e Entries[T]) Names() []string { return append([]string(nil), e.names...) }

// Len is the number of entries.
func (e Entries[T]) Len() int { return len(e.names) }

// All walks the entries in the order of the file.
func (e Entries[T]) All() iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		for _, n := range e.names {
			if !yield(n, e.by[n]) {
				return
			}
		}
	}
}

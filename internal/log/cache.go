package log

import (
	"container/list"
	"sync"
)

// cache keeps what never changes, the most recently used ones within a number of bytes. It is safe for concurrent use. What it
// returns is not to be changed.
type cache[K comparable, V any] struct {
	mu    sync.Mutex
	most  int
	bytes int                 // guarded by mu, as all below
	order *list.List          // of kept, the latest used in front
	at    map[K]*list.Element // in order
}

type kept[K comparable, V any] struct {
	key   K
	v     V
	bytes int
}

func newCache[K comparable, V any](most int) *cache[K, V] {
	return &cache[K, V]{most: most, order: list.New(), at: map[K]*list.Element{}}
}

func (c *cache[K, V]) get(key K) (v V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.at[key]
	if !ok {
		return v, false
	}
	c.order.MoveToFront(e)
	return e.Value.(kept[K, V]).v, true
}

func (c *cache[K, V]) put(key K, v V, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.at[key]; ok || bytes > c.most {
		return
	}
	c.at[key] = c.order.PushFront(kept[K, V]{key, v, bytes})
	c.bytes += bytes
	for c.bytes > c.most {
		k := c.order.Remove(c.order.Back()).(kept[K, V])
		delete(c.at, k.key)
		c.bytes -= k.bytes
	}
}

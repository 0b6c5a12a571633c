package log

import (
	"container/list"
	"sync"
)

// cache keeps finished tiles and bundles, which never change, the most recently used ones within a number of bytes. It
// is safe for concurrent use. What it returns is not to be changed.
type cache struct {
	mu    sync.Mutex
	most  int
	bytes int                      // guarded by mu, as all below
	order *list.List               // of kept, the latest used in front
	at    map[string]*list.Element // by key
}

type kept struct {
	key string
	b   []byte
}

func newCache(most int) *cache {
	return &cache{most: most, order: list.New(), at: map[string]*list.Element{}}
}

func (c *cache) get(key string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.at[key]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(kept).b, true
}

func (c *cache) put(key string, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.at[key]; ok || len(b) > c.most {
		return
	}
	c.at[key] = c.order.PushFront(kept{key, b})
	c.bytes += len(b)
	for c.bytes > c.most {
		e := c.order.Back()
		k := c.order.Remove(e).(kept)
		delete(c.at, k.key)
		c.bytes -= len(k.b)
	}
}

package extract

import (
	"bytes"
	"fmt"
	"testing"
)

// mixed is n bytes or more of our own texts, one after another, without those in another script or spun.
func mixed(t testing.TB, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	for b.Len() < n {
		for _, o := range ownTexts(t) {
			if o.file == "doc.txt" && o.gold.Script == "hans" {
				b.Write(o.data)
				b.WriteString("\n\n")
			}
		}
	}
	return b.Bytes()
}

func BenchmarkRead(b *testing.B) {
	for _, n := range []int{64 << 10, 1 << 20, 8 << 20} {
		data := mixed(b, n)
		b.Run(fmt.Sprintf("%dKiB", len(data)>>10), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read("a.txt", data, Options{MaxBytes: 1 << 30}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package geo

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func BenchmarkUnpack(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		require.Len(b, unpack().all, 34+369+3479)
	}
}

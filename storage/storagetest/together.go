package storagetest

import "sync"

// together runs fn n times at once: every goroutine stands at one gate before
// any of them starts. It returns when all have.
func together(n int, fn func(i int)) {
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-gate
			fn(i)
		})
	}
	close(gate)
	wg.Wait()
}

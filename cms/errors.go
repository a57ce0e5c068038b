package cms

import "github.com/gomall-dev/mall"

// ErrGone says that there is no such content, or none that the actor may see.
var ErrGone = mall.E(mall.NotFound, "cms.gone", "no such content")

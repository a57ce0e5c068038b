package wechat

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
)

// Scene (场景) is what a mini-program code stands for: somebody wants to pay an
// order in the mini program of another operating centre. Whoever scans the code
// holds the scene, so it is worth no more than that: the right to see and pay
// this order.
type Scene struct {
	Hash      string  // of the value that the code carries
	Operator  mall.ID // the centre in whose mini program it is good
	Page      string  // where the mini program opens
	Order     string  // the order's number
	Account   mall.ID // whose order it is
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero while it is good
}

// SceneRepository keeps scenes. Writes need a running mall.Tx.Do.
type SceneRepository interface {
	// Insert stores a scene.
	Insert(ctx context.Context, s Scene) error
	// Find is the scene of a hash, nil when there is none.
	Find(ctx context.Context, hash string) (*Scene, error)
	// Use marks a scene as used if it is unused, good at this centre and not
	// expired, and says whether.
	Use(ctx context.Context, hash string, operator mall.ID, now time.Time) (bool, error)
	// Forget deletes at most limit scenes that expired before a moment.
	Forget(ctx context.Context, before time.Time, limit int) (int64, error)
}

var (
	// ErrNoScene says that there is no such scene, or none that is good here and now.
	ErrNoScene = mall.E(mall.NotFound, "wechat.scene", "no such scene, or it is used or expired")
	// ErrScenes says that a network address had too many codes drawn.
	ErrScenes = mall.E(mall.Limit, "wechat.scenes", "too many mini-program codes, try again later")
)

// newScene is a random value of 26 characters, as mini-program codes take it,
// and the hash under which it is stored.
func newScene() (value, hash string) {
	value = rand.Text()
	return value, hashScene(value)
}

func hashScene(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:])
}

// scopePay is what scopes of narrowed sessions begin with.
const scopePay = "pay:"

// PayScope is the scope of a session that may see and pay one order of an
// account and nothing else.
func PayScope(account mall.ID, order string) string {
	return scopePay + strconv.FormatInt(int64(account), 10) + ":" + order
}

// ReadPayScope is what PayScope put into a scope; ok is false for every other scope.
func ReadPayScope(scope string) (account mall.ID, order string, ok bool) {
	rest, ok := strings.CutPrefix(scope, scopePay)
	if !ok {
		return 0, "", false
	}
	id, order, _ := strings.Cut(rest, ":")
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 || order == "" {
		return 0, "", false
	}
	return mall.ID(n), order, true
}

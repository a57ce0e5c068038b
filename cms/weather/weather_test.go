package weather_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/weather"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// vendor counts what it is asked and answers with the number.
type vendor struct {
	asked atomic.Int64
	fails atomic.Bool
}

func (v *vendor) Report(ctx context.Context, _ weather.Account, city string) (weather.Report, error) {
	if mall.InTx(ctx) {
		panic("the vendor is asked inside a transaction")
	}
	n := v.asked.Add(1)
	if v.fails.Load() {
		return weather.Report{}, weather.ErrRefused
	}
	return weather.Report{City: city, Wea: fmt.Sprint(n)}, nil
}

// settings keep the account in memory.
type settings struct {
	mu sync.Mutex
	a  *weather.Account
}

func (s *settings) Load(context.Context) (weather.Account, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.a == nil {
		return weather.Account{}, false, nil
	}
	return *s.a, true, nil
}

func (s *settings) Save(_ context.Context, _ mall.Actor, a weather.Account) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.a = &a
	return nil
}

func ExampleService_Sync() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "mall")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	s, err := weather.New(weather.Deps{Repo: store.Weather(), Limits: store.Limits(), Tx: store, Vendor: &vendor{}, Settings: &settings{a: &good}},
		weather.Config{City: "南京"})
	if err != nil {
		panic(err)
	}
	fmt.Println(s.Sync(ctx))
	fmt.Println(s.Sync(ctx))
	reports, err := s.Latest(ctx, 3)
	fmt.Println(len(reports), reports[0].City, err)
	// Output:
	// 1 <nil>
	// 0 <nil>
	// 1 南京 <nil>
}

type bundle struct {
	*weather.Service
	v  *vendor
	s  *settings
	at atomic.Pointer[time.Time]
}

func (b *bundle) set(text string) {
	t, err := time.ParseInLocation(time.DateTime, text, mall.Calendar{}.Zone())
	if err != nil {
		panic(err)
	}
	b.at.Store(&t)
}

func setup(t *testing.T, store storage.Store) *bundle {
	t.Helper()
	b := &bundle{v: &vendor{}, s: &settings{}}
	b.set("2026-03-02 10:00:00")
	var err error
	b.Service, err = weather.New(weather.Deps{Repo: store.Weather(), Limits: store.Limits(), Tx: store, Vendor: b.v, Settings: b.s},
		weather.Config{Now: func() time.Time { return *b.at.Load() }, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	return b
}

var good = weather.Account{Version: "v61", AppID: "1", Secret: "very secret"}

func (b *bundle) history(t *testing.T) (list []string) {
	t.Helper()
	reports, err := b.Latest(t.Context(), weather.MaxHistory)
	require.NoError(t, err)
	for _, r := range reports {
		list = append(list, r.Wea)
	}
	return list
}

// TestSync: at midnight and every eight hours, once however many sweep, and
// after a failure again.
func TestSync(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		sync20 := func() (added int64) {
			t.Helper()
			var n atomic.Int64
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					k, err := b.Sync(ctx)
					if err != nil && !errors.Is(err, weather.ErrRefused) {
						t.Error(err)
					}
					n.Add(int64(k))
				})
			}
			wg.Wait()
			return n.Load()
		}
		require.Zero(t, sync20(), "nobody has an account")
		require.NoError(t, b.s.Save(ctx, mall.System(), good))
		for _, step := range []struct {
			at    string
			added int64
		}{
			{"2026-03-02 10:00:00", 1}, {"2026-03-02 15:59:59", 0}, {"2026-03-02 16:00:00", 1},
			{"2026-03-02 23:59:59", 0}, {"2026-03-03 00:00:00", 1}, {"2026-03-03 08:30:00", 1},
		} {
			b.set(step.at)
			asked := b.v.asked.Load()
			require.Equal(t, step.added, sync20(), step.at)
			require.Equal(t, step.added, b.v.asked.Load()-asked, "the vendor is asked once: %s", step.at)
		}
		require.Equal(t, []string{"4", "3", "2", "1"}, b.history(t))

		b.v.fails.Store(true)
		b.set("2026-03-03 16:00:00")
		require.Zero(t, sync20())
		require.Equal(t, int64(5), b.v.asked.Load(), "a failure rests")
		b.set("2026-03-03 16:10:00")
		b.v.fails.Store(false)
		require.Equal(t, int64(1), sync20())
		require.Equal(t, []string{"6", "4", "3", "2", "1"}, b.history(t), "and nothing old is lost")

		b.set("2027-03-03 12:00:00")
		n, err := b.Forget(ctx, 100)
		require.NoError(t, err)
		require.Equal(t, 4, n)
		require.Equal(t, []string{"6"}, b.history(t))
	})
}

// TestCityOnceAMinute: of many who ask for whatever city one is answered a
// minute, over all processes.
func TestCityOnceAMinute(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		other := setup(t, store)
		_, err := b.City(ctx, "南京")
		require.ErrorIs(t, err, weather.ErrNoAccount)
		require.NoError(t, b.s.Save(ctx, mall.System(), good))
		require.NoError(t, other.s.Save(ctx, mall.System(), good))
		for _, bad := range []string{"", " ", "市", strings.Repeat("长", 40)} {
			_, err = b.City(ctx, bad)
			require.ErrorIs(t, err, mall.ErrInvalid)
		}
		for round := range 2 {
			var won atomic.Int64
			var wg sync.WaitGroup
			for i := range 20 {
				wg.Go(func() {
					r, err := []*bundle{b, other}[i%2].City(ctx, []string{"南京", "重庆市"}[i%2])
					if err == nil {
						won.Add(1)
						if r.City != "南京" && r.City != "重庆" {
							t.Error(r.City)
						}
					} else if !errors.Is(err, weather.ErrOften) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			require.Equal(t, int64(1), won.Load())
			b.set(fmt.Sprintf("2026-03-02 10:%02d:00", round+1))
			other.set(fmt.Sprintf("2026-03-02 10:%02d:00", round+1))
		}
		require.Empty(t, b.history(t), "look-ups are no history")
	})
}

func TestVendorAccount(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t)), t.Context()
	for _, who := range []mall.Actor{{}, {Account: 7}, {Account: 7, Rights: []string{"/weather/updateWeatherCount"}}} {
		_, err := b.SetVendorAccount(ctx, who, good)
		require.Error(t, err, "only root")
	}
	for _, bad := range []weather.Account{{}, {Version: "v61", AppID: "1"}, {Version: "v61", Secret: "x"}, {AppID: "1", Secret: "x"}, {Version: "v61", AppID: "1", Secret: strings.Repeat("x", 300)}} {
		_, err := b.SetVendorAccount(ctx, mall.System(), bad)
		require.ErrorIs(t, err, weather.ErrAccount)
	}
	require.Nil(t, b.s.a)
	synced, err := b.SetVendorAccount(ctx, mall.System(), good)
	require.NoError(t, err)
	require.True(t, synced)
	require.Equal(t, []string{"1"}, b.history(t))
	b.v.fails.Store(true)
	synced, err = b.SetVendorAccount(ctx, mall.System(), weather.Account{Version: "v62", AppID: "2", Secret: "z"})
	require.NoError(t, err)
	require.False(t, synced)
	require.Equal(t, "v62", b.s.a.Version)
	require.Equal(t, []string{"1"}, b.history(t), "the old data is still there")
}

const secret = "S3CR3T"

// answers of the vendor by the city that is asked for.
func answers(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("version") != "v61" || q.Get("appid") != "7" || q.Get("appsecret") != secret {
		_, _ = fmt.Fprintf(w, `{"errcode":100,"errmsg":"appsecret %s错误"}`, q.Get("appsecret"))
		return
	}
	switch q.Get("city") {
	case "", "南京":
		_, _ = fmt.Fprint(w, `{"cityid":"101190101","date":"2026-03-02","week":"星期一","update_time":"09:45","city":"南京","cityEn":"nanjing","country":"中国","countryEn":"China",
			"wea":"多云","wea_img":"yun","tem":9,"tem1":"14","tem2":"4","win":"东风","win_speed":"2级","win_meter":"9km\/h","humidity":"61%","visibility":"12km","pressure":"1021",
			"air":58.5,"air_pm25":"40","air_level":"良","air_tips":null,"alarm":{"alarm_type":"大风","alarm_level":1},"aqi":{"pm25":"40","deep":{"x":1}},"extra":[1,2]}`)
	case "302":
		http.Redirect(w, r, "/stolen?"+r.URL.RawQuery, http.StatusFound)
	case "500":
		w.WriteHeader(http.StatusInternalServerError)
	case "html":
		_, _ = fmt.Fprint(w, "<html>"+secret)
	case "array":
		_, _ = fmt.Fprint(w, "[]")
	case "nothing":
		_, _ = fmt.Fprint(w, "{}")
	case "endless":
		for range 1000 {
			_, _ = fmt.Fprint(w, strings.Repeat(" ", 1024))
		}
	case "slow":
		<-r.Context().Done()
	default:
		_, _ = fmt.Fprint(w, `{"errcode":"10","errmsg":"city不存在, 请核查参数"}`)
	}
}

func TestClient(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(answers))
	t.Cleanup(srv.Close)
	c, err := weather.NewClient(weather.ClientConfig{BaseURL: srv.URL + "/api"})
	require.NoError(t, err)
	a := weather.Account{Version: "v61", AppID: "7", Secret: secret}
	for _, city := range []string{"", "南京"} {
		r, err := c.Report(t.Context(), a, city)
		require.NoError(t, err)
		require.Equal(t, []string{"南京", "多云", "9", "58.5", ""}, []string{r.City, r.Wea, r.Tem, r.Air, r.AirTips})
		require.JSONEq(t, `{"alarm_type":"大风","alarm_level":"1"}`, string(r.Alarm))
		require.JSONEq(t, `{"pm25":"40","deep":""}`, string(r.AQI))
	}
	for city, want := range map[string]error{
		"上天": weather.ErrRefused, "302": weather.ErrAnswer, "500": weather.ErrAnswer, "html": weather.ErrAnswer,
		"array": weather.ErrAnswer, "nothing": weather.ErrAnswer, "endless": weather.ErrAnswer,
	} {
		_, err := c.Report(t.Context(), a, city)
		require.ErrorIs(t, err, want, city)
		require.NotContains(t, err.Error(), secret)
	}
	a.Secret = "another one"
	_, err = c.Report(t.Context(), a, "")
	require.ErrorIs(t, err, weather.ErrRefused)
	require.NotContains(t, err.Error(), "another one", "the vendor repeats it")
	a.Secret = secret
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = c.Report(ctx, a, "slow")
	require.ErrorIs(t, err, weather.ErrAnswer)
	require.NotContains(t, err.Error(), secret, "an address in an error would tell it")
	_, err = c.Report(context.WithValue(t.Context(), mall.TxKey{}, 1), a, "")
	require.ErrorContains(t, err, "transaction")
	for _, bad := range []string{"ftp://x", "/api", "http://"} {
		_, err = weather.NewClient(weather.ClientConfig{BaseURL: bad})
		require.Error(t, err)
	}
}

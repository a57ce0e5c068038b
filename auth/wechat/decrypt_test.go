package wechat_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/auth/wechat"
)

var (
	key = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 16))
	iv  = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{9}, 16))
)

// seal encrypts as WeChat does; pad 0 is the right padding.
func seal(plain []byte, pad int) string {
	n := aes.BlockSize - len(plain)%aes.BlockSize
	if pad == 0 {
		pad = n
	}
	data := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, n)...)
	block, _ := aes.NewCipher(bytes.Repeat([]byte{7}, 16))
	cipher.NewCBCEncrypter(block, bytes.Repeat([]byte{9}, 16)).CryptBlocks(data, data)
	return base64.StdEncoding.EncodeToString(data)
}

const phone = `{"phoneNumber":"+8613800000001","purePhoneNumber":"13800000001","countryCode":"86","watermark":{"timestamp":1,"appid":"wx1"}}`

func TestDecrypt(t *testing.T) {
	t.Parallel()
	mobile, err := wechat.DecryptPhone("wx1", key, seal([]byte(phone), 0), iv)
	require.NoError(t, err)
	require.Equal(t, "13800000001", mobile)
	u, err := wechat.DecryptUser("wx1", key, seal([]byte(`{"openId":"o1","nickName":"安娜😀","gender":2,"watermark":{"appid":"wx1"}}`), 0), iv)
	require.NoError(t, err)
	require.Equal(t, wechat.UserInfo{OpenID: "o1", NickName: "安娜😀", Gender: 2}, u)

	other := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{8}, 16))
	for name, c := range map[string][4]string{
		"another appid":     {"wx2", key, seal([]byte(phone), 0), iv},
		"no appid":          {"", key, seal([]byte(`{"purePhoneNumber":"1","watermark":{}}`), 0), iv},
		"another key":       {"wx1", other, seal([]byte(phone), 0), iv},
		"another iv":        {"wx1", key, seal([]byte(phone), 0), other},
		"wrong padding":     {"wx1", key, seal([]byte(phone), 17), iv},
		"no JSON":           {"wx1", key, seal([]byte("plain"), 0), iv},
		"no number":         {"wx1", key, seal([]byte(`{"watermark":{"appid":"wx1"}}`), 0), iv},
		"number of no text": {"wx1", key, seal([]byte(`{"purePhoneNumber":1,"watermark":{"appid":"wx1"}}`), 0), iv},
		"half a block":      {"wx1", key, base64.StdEncoding.EncodeToString([]byte("1234567")), iv},
		"empty":             {"wx1", key, "", iv},
		"no base64":         {"wx1", "!", "!", "!"},
		"short key":         {"wx1", "AAAA", seal([]byte(phone), 0), iv},
	} {
		_, err := wechat.DecryptPhone(c[0], c[1], c[2], c[3])
		require.ErrorIs(t, err, wechat.ErrDecrypt, name)
	}
}

func FuzzDecrypt(f *testing.F) {
	f.Add([]byte(phone), key, iv)
	f.Add([]byte(`{"watermark":{"appid":"wx1"}}`), key, iv)
	f.Add([]byte{}, "", "")
	f.Fuzz(func(t *testing.T, data []byte, key, iv string) {
		var out map[string]any
		_ = wechat.Decrypt("wx1", key, base64.StdEncoding.EncodeToString(data), iv, &out)
		_ = wechat.Decrypt("wx1", key, seal(data, 0), iv, &out)
		_ = wechat.Decrypt("wx1", key, string(data), iv, &out)
	})
}

package wechat

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
)

// watermark says for which mini program data was made, and when.
type watermark struct {
	AppID     string `json:"appid"`
	Timestamp int64  `json:"timestamp"`
}

// UserInfo is the decrypted profile of a user.
type UserInfo struct {
	OpenID    string `json:"openId"`
	NickName  string `json:"nickName"`
	Gender    int    `json:"gender"`
	Province  string `json:"province"`
	City      string `json:"city"`
	AvatarURL string `json:"avatarUrl"`
	UnionID   string `json:"unionId"`
}

const maxEncrypted = 16 << 10 // of base64; WeChat's is below 2 KiB

// DecryptPhone opens the phone number that the older phone button encrypts.
func DecryptPhone(appid, sessionKey, encrypted, iv string) (mobile string, err error) {
	var p struct {
		Number string `json:"purePhoneNumber"`
	}
	if err := Decrypt(appid, sessionKey, encrypted, iv, &p); err != nil {
		return "", err
	}
	if p.Number == "" {
		return "", ErrDecrypt.Because(errors.New("no phone number"))
	}
	return p.Number, nil
}

// DecryptUser opens an encrypted profile.
func DecryptUser(appid, sessionKey, encrypted, iv string) (UserInfo, error) {
	var u UserInfo
	err := Decrypt(appid, sessionKey, encrypted, iv, &u)
	return u, err
}

// Decrypt opens AES-128-CBC data with a session key, all in base64, and
// decodes its JSON into out. The data must carry the watermark of appid. Every
// failure is ErrDecrypt, with the cause for the log only: which check failed
// must not be told to the outside.
func Decrypt(appid, sessionKey, encrypted, iv string, out any) error {
	plain, err := open(sessionKey, encrypted, iv)
	if err != nil {
		return ErrDecrypt.Because(err)
	}
	var w struct {
		Watermark watermark `json:"watermark"`
	}
	if err := json.Unmarshal(plain, &w); err != nil {
		return ErrDecrypt.Because(errors.New("no JSON"))
	}
	if appid == "" || w.Watermark.AppID != appid {
		return ErrDecrypt.Because(errors.New("watermark of another mini program"))
	}
	if err := json.Unmarshal(plain, out); err != nil {
		return ErrDecrypt.Because(errors.New("unexpected JSON"))
	}
	return nil
}

// open decrypts and takes the PKCS#7 padding off.
func open(sessionKey, encrypted, iv string) ([]byte, error) {
	if len(encrypted) > maxEncrypted || len(sessionKey) > 64 || len(iv) > 64 {
		return nil, errors.New("too long")
	}
	key, err := base64.StdEncoding.DecodeString(sessionKey)
	if err != nil || len(key) != 16 {
		return nil, errors.New("bad session key")
	}
	vector, err := base64.StdEncoding.DecodeString(iv)
	if err != nil || len(vector) != aes.BlockSize {
		return nil, errors.New("bad initialization vector")
	}
	data, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, errors.New("bad length")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	cipher.NewCBCDecrypter(block, vector).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad == 0 || pad > aes.BlockSize {
		return nil, errors.New("bad padding")
	}
	for _, b := range data[len(data)-pad:] {
		if int(b) != pad {
			return nil, errors.New("bad padding")
		}
	}
	return data[:len(data)-pad], nil
}

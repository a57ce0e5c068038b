// The whole story of a shopper by the unmodified SDK, on SQLite and, when
// MALL_SDK_POSTGRES_DSN names an empty database, on PostgreSQL.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client } from './client.mjs';
import { start } from './host.mjs';
import { account } from './story/account.mjs';
import { addresses } from './story/address.mjs';
import { aftersale } from './story/aftersale.mjs';
import { cart } from './story/cart.mjs';
import { coupons } from './story/coupon.mjs';
import { browse } from './story/goods.mjs';
import { files, hostile } from './story/hostile.mjs';
import { levels } from './story/level.mjs';
import { money } from './story/money.mjs';
import { orders } from './story/order.mjs';
import { site } from './story/site.mjs';

const chapters = { site, account, addresses, browse, cart, money, levels, coupons, orders, aftersale, files, hostile };

// Every method that the story must have called at least once.
const methods = `
  fetchSubDomainByWxappAppid siteStatistics queryConfigValue queryConfigBatch banners noticeLastOne noticeList noticeDetail
  province nextRegion graphValidateCodeUrl graphValidateCodeCheck smsValidateCode smsValidateCodeCheck register_username
  register_mobile register_simple register_complex authorize login_wx login_username login_mobile loginMobileSmsCode checkToken
  checkReferrer loginout userDetail userWxinfo modifyUserInfo bindMobileWxapp queryAddressV2 queryAddress addAddress
  updateAddress defaultAddress addressDetail deleteAddress goodsCategory goodsCategoryDetail goods goodsDetail goodsLimitations
  goodsAddition goodsPriceV2 goodsPriceFreight goodsRebate goodsReputation goodsDynamic goodsFavPut goodsFavCheck goodsFavList
  goodsFavDelete shippingCarInfo shippingCarInfoAddItem shippingCarInfoModifyNumber shippingCarInfoRemoveItem
  shippingCartSelected shippingCarInfoRemoveAll orderCreate orderClose orderDelete orderPay orderDelivery orderList orderDetail
  orderStatisticsv2 orderReputation orderHXV2 refundApply refundApplyDetail refundApplyCancel orderRefunds userAmount
  cashLogsV2 setPayPassword modifyPayPassword rechargeSendRules wxpay payQuery payLogs uploadFile wxaQrcode
  adPosition goodsv2 goodsDetailV2 goodsReputationV2 goodsFavAdd goodsFavDeleteV2 goodsDynamicV2 provinceV2 nextRegionV2
  orderStatistics cardMyList payVariableUrl uploadFileV2 modifyUserInfoV2 userAmountV2 cashLogsV3 bindMobileWxappV2
  vipLevel userLevelList userLevelDetail userLevelPrices userLevelBuy userLevelBuyLogs
  jsonSet jsonList jsonDelete jsonListV3 jsonSetV2 jsonDeleteV2 jsonTopv2 jsonHighlightv2
  myBuyGoodsHis myBuyGoodsHisV2 myBuyGoodsHisDelete
  coupons couponDetail fetchCoupons myCoupons mergeCouponsRules mergeCoupons sendCoupons exchangeCoupons
  kanjiaSet cmsCategories jdvopCartInfoV2 jdvopGoodsListV3
`.trim().split(/\s+/);

const dsn = process.env.MALL_SDK_POSTGRES_DSN;
const databases = [{ name: 'SQLite' }, { name: 'PostgreSQL', db: dsn, skip: dsn ? false : 'MALL_SDK_POSTGRES_DSN is not set' }];

test('a PostgreSQL run is there where it is required', () => {
  assert.ok(dsn || process.env.MALL_REQUIRE_POSTGRES !== '1', 'MALL_REQUIRE_POSTGRES=1 without MALL_SDK_POSTGRES_DSN');
});

for (const { name, db, skip } of databases) {
  describe(`the story on ${name}`, { skip }, () => {
    const shop = { goods: {}, addons: [] };
    let host;

    before(async () => {
      host = await start(db);
      shop.c = new Client(host.base);
    });

    for (const [chapter, play] of Object.entries(chapters)) {
      test(chapter, (t) => play(t, shop));
    }

    test('every method was called', () => {
      assert.deepEqual(methods.filter((method) => !shop.c.called.has(method)), []);
    });

    test('nothing failed inside the host', () => {
      assert.doesNotMatch(host.log(), /level=ERROR|panic/);
    });

    after(async () => {
      if (host) assert.equal(await host.stop(), 0, 'the host must end with 0 on SIGTERM');
    });
  });
}

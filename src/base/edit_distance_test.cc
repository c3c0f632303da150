#include "base/edit_distance.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(EditDistance, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("", "ab"), 2u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("price", "prize"), 1u);
}

TEST(NearestName, KeepsTheNearestThatIsNearEnough) {
  NearestName nearest("prize");
  EXPECT_FALSE(nearest.look_at("orders"));
  EXPECT_TRUE(nearest.look_at("prices"));
  EXPECT_TRUE(nearest.look_at("price"));
  EXPECT_FALSE(nearest.look_at("prine"));
  EXPECT_EQ(nearest.best(), "price");
  EXPECT_EQ(nearest.distance(), 1u);
  NearestName none("x");
  EXPECT_FALSE(none.look_at("y"));
  EXPECT_EQ(none.best(), "");
}

}  // namespace
}  // namespace leat

// ROW(..) and the fields of structs.
#include "function/functions.h"
#include "function/rows.h"
#include "types/compare_value.h"

namespace leat {
namespace {

using namespace function_rows;

void make_row(const KernelCall& call) {
  PackedWriter writer;
  std::string packed;
  call.rows.for_each([&](size_t row) {
    writer.clear();
    packed.clear();
    for (const Vector* a : call.args) {
      writer.copy(a->type().physical(), a->is_null(row) ? PackedValue{} : packed_value(*a, row));
    }
    writer.append_row_to(packed);
    call.out.set_string(row, packed);
  });
}
Type row_type(std::span<const Type> args) {
  std::vector<StructField> fields;
  for (size_t i = 0; i < args.size(); ++i) fields.push_back({fmt::format("f{}", i + 1), args[i]});
  return Type::struct_of(std::move(fields));
}

// The second argument is the constant index of the field, from 0.
void field(const KernelCall& call) {
  const Vector& a = *call.args[0];
  const auto index = static_cast<size_t>(call.args[1]->at<int32_t>(0));
  const auto& fields = a.type().fields();
  CHECK(index < fields.size(), "field {} of {}", index, a.type().name());
  for_each_valid(call, [&](size_t row) {
    PackedReader reader(a.string_at(row), fields.size());
    for (size_t i = 0; i < index; ++i) reader.next(fields[i].type.physical());
    set_packed(call.out, row, reader.next(fields[index].type.physical()));
  });
}

constexpr ScalarFunction kRows[] = {
    {.name = "row",
     .args = {TypeSpec::kAny},
     .result = TypeSpec::kRule,
     .kernel = make_row,
     .doc = "a struct of the arguments",
     .example = "ROW(1, 'a') -> (1,a)",
     .nulls = NullMode::kCalled,
     .variadic = true,
     .result_type = row_type},
    {.name = "field",
     .args = {TypeSpec::kAnyStruct, kInt32},
     .result = TypeSpec::kRule,
     .kernel = field,
     .doc = "a field of a struct",
     .example = "(ROW(1, 'a')).f2 -> a",
     // The binder knows which field; without it only the first is sure.
     .result_type =
         [](std::span<const Type> args) {
           return args[0].fields().empty() ? Type() : args[0].fields()[0].type;
         }},
};

}  // namespace

FunctionFamily struct_functions() { return kRows; }

}  // namespace leat

#pragma once
// Subjects: tokens separated by dots, '*' for one token, a last '>' for the rest.
// A sink's subject may hold column names in braces; a value becomes one token: '.', '*', '>', '%',
// white space and control characters are written as '%' and two hex digits, an empty value as '%',
// NULL as "null". Thread: any.

#include <string>
#include <string_view>
#include <vector>

#include "connector/connector.h"

namespace leat::nats {

// Why `subject` is not one, or empty. Wildcards only where allowed.
std::string subject_fault(std::string_view subject, bool wildcards);

bool subject_matches(std::string_view pattern, std::string_view subject);
// Is there a subject that both patterns match?
bool subjects_overlap(std::string_view a, std::string_view b);
// Does every subject that `inner` matches match `outer`, too?
bool subject_contains(std::string_view outer, std::string_view inner);
// One pattern that matches all that the given ones match, as narrow as can be.
std::string subject_cover(const std::vector<std::string>& subjects);

Result<SubjectTemplate> parse_subject_template(std::string_view text);
void expand_subject(const SubjectTemplate& subject,
                    std::span<const std::optional<std::string_view>> values, std::string& out);
// The pattern of all subjects it can give: "orders.{region}" -> "orders.*".
std::string template_pattern(const SubjectTemplate& subject);

// "a, b ,c" -> trimmed, empty ones dropped.
std::vector<std::string> split_comma_list(std::string_view text);

}  // namespace leat::nats

#include "oci/libarchive.h"

#include "support/shared_library.h"

namespace wherry::oci {

static Result<Libarchive> load() {
  SharedLibrary library = TRY(SharedLibrary::load(
      {.file = "libarchive.so.13", .needed_by = "archives", .package = "libarchive13"}));
  Libarchive functions = {};
  library.find("archive_read_new", functions.read_new);
  library.find("archive_read_free", functions.read_free);
  library.find("archive_read_support_filter_gzip", functions.read_support_filter_gzip);
  library.find("archive_read_support_filter_zstd", functions.read_support_filter_zstd);
  library.find("archive_read_support_format_tar", functions.read_support_format_tar);
  library.find("archive_read_support_format_empty", functions.read_support_format_empty);
  library.find("archive_read_support_format_raw", functions.read_support_format_raw);
  library.find("archive_read_open_filename", functions.read_open_filename);
  library.find("archive_read_next_header", functions.read_next_header);
  library.find("archive_read_data", functions.read_data);
  library.find("archive_filter_count", functions.filter_count);
  library.find("archive_filter_bytes", functions.filter_bytes);
  library.find("archive_error_string", functions.error_string);
  library.find("archive_write_new", functions.write_new);
  library.find("archive_write_free", functions.write_free);
  library.find("archive_write_close", functions.write_close);
  library.find("archive_write_data", functions.write_data);
  library.find("archive_write_header", functions.write_header);
  library.find("archive_write_open", functions.write_open);
  library.find("archive_write_set_format_raw", functions.write_set_format_raw);
  library.find("archive_write_set_format_pax_restricted",
               functions.write_set_format_pax_restricted);
  library.find("archive_write_add_filter_gzip", functions.write_add_filter_gzip);
  library.find("archive_write_set_options", functions.write_set_options);
  library.find("archive_write_set_bytes_in_last_block", functions.write_set_bytes_in_last_block);
  library.find("archive_entry_new", functions.entry_new);
  library.find("archive_entry_free", functions.entry_free);
  library.find("archive_entry_hardlink", functions.entry_hardlink);
  library.find("archive_entry_hardlink_utf8", functions.entry_hardlink_utf8);
  library.find("archive_entry_filetype", functions.entry_filetype);
  library.find("archive_entry_pathname", functions.entry_pathname);
  library.find("archive_entry_pathname_utf8", functions.entry_pathname_utf8);
  library.find("archive_entry_symlink", functions.entry_symlink);
  library.find("archive_entry_symlink_utf8", functions.entry_symlink_utf8);
  library.find("archive_entry_size", functions.entry_size);
  library.find("archive_entry_set_filetype", functions.entry_set_filetype);
  library.find("archive_entry_update_pathname_utf8", functions.entry_update_pathname_utf8);
  library.find("archive_entry_copy_pathname", functions.entry_copy_pathname);
  library.find("archive_entry_set_mode", functions.entry_set_mode);
  library.find("archive_entry_set_size", functions.entry_set_size);
  library.find("archive_entry_set_mtime", functions.entry_set_mtime);
  TRY(library.check());
  return functions;
}

static const Result<Libarchive>& loaded() {
  static const Result<Libarchive> functions = load();
  return functions;
}

Result<> load_libarchive() {
  if (!loaded()) return std::unexpected(loaded().error());
  return {};
}

const Libarchive& libarchive() { return *loaded(); }

}  // namespace wherry::oci

// The verbs of the front program, one function each: flags in, exit code out. argv[0] is the verb's
// own word.
#pragma once

namespace wherry::cli {

int run(int argc, char** argv);
int compile(int argc, char** argv);
int doctor(int argc, char** argv);
int images(int argc, char** argv);
int fsck(int argc, char** argv);
int explain(int argc, char** argv);
int inspect(int argc, char** argv);
int prune(int argc, char** argv);
int tag(int argc, char** argv);
int snapshot(int argc, char** argv);
int rmi(int argc, char** argv);

// Verbs that live in helper programs with libraries of their own: becomes
// libexec/wherry/wherry-NAME.
int build(int argc, char** argv);
int attest(int argc, char** argv);
int keys(int argc, char** argv);
int sign(int argc, char** argv);
int verify(int argc, char** argv);
int push(int argc, char** argv);
int pull(int argc, char** argv);
int login(int argc, char** argv);
int logout(int argc, char** argv);
int tags(int argc, char** argv);
int delete_remote(int argc, char** argv);
int referrers(int argc, char** argv);
int registry(int argc, char** argv);
int copy(int argc, char** argv);
int save(int argc, char** argv);
int load(int argc, char** argv);
int serve(int argc, char** argv);

}  // namespace wherry::cli

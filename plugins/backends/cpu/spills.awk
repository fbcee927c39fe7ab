# Reads the disassembly of an object file. Fails when a function whose name matches `names` keeps
# vectors on the stack, or when there is no such function.
/^[0-9a-f]+ <.*>:$/ {
  name = $0
  sub(/^[0-9a-f]+ </, "", name)
  sub(/>:$/, "", name)
  wanted = name ~ names
  seen += wanted
}
wanted && (/[yz]mm.*\(%r[sb]p/ || /\(%r[sb]p.*[yz]mm/) { spills[name]++ }
END {
  if (!seen) print "no function matches " names
  for (name in spills) print spills[name] " times a vector and the stack in " name
  for (name in spills) exit 1
  exit !seen
}
